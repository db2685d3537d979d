/** What scripts return and raise, as replies. */
export default [
  String.raw`return redis.error_reply('a\0b')`,
  String.raw`return redis.status_reply('a\0b')`,
  String.raw`return {ok='a\0b'}`,
  String.raw`return {err='a\0b'}`,
  String.raw`return {big_number='1\0002'}`,
  String.raw`error('a\0b')`,
  String.raw`error({err='a\0b'})`,
  String.raw`return {verbatim_string={format='txt',string='a\0b'}}`,
  String.raw`return redis.pcall('ec\0ho', 'x')`,
  String.raw`return redis.call('echo', 'a\0b')`,
  String.raw`redis.setresp(3) return {double=0/0}`,
  String.raw`return {double=1/0}`,
  String.raw`return {map={[1]=2}}`,
  String.raw`return {set={[{}]=true}}`,
] as readonly string[];
