/** What a newcomer may try once `npm start` serves, with the real address. */
export function guide(url: string, persistent: boolean): string {
  const { hostname, port } = new URL(url);
  const persistence = persistent
    ? `
  3. Stop it with Ctrl-C and start it again: the greeting is still there, with what is left of its time to live.
`
    : '';
  return `
What to try, in another terminal:

  1. With redis-cli, if you have it:

       redis-cli -h ${hostname} -p ${port} set greeting hello EX 3600
       redis-cli -h ${hostname} -p ${port} get greeting

  2. From Node, in this directory; it is the ioredis you know:

       node -e "const r = new (require('ioredis'))('${url}'); r.set('greeting', 'hello', 'EX', 3600).then(() => r.get('greeting')).then(console.log).then(() => r.quit())"
${persistence}
In your own application there is no address at all: createApp({ config: { mode: 'standalone' } }).

`;
}
