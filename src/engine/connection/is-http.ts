/** Whether a request's name is a word by which Redis knows a browser that was tricked into sending a request to it. */
export function isHttp(name: string): boolean {
  return (name.length === 4 && name.toLowerCase() === 'post') || (name.length === 5 && name.toLowerCase() === 'host:');
}
