import { defineContainer } from '../../../command/definition';
import { getname, id, info, list, setinfo, setname } from './identity';
import { kill } from './kill';
import { noEvict, noTouch, pause, unblock, unpause } from './pause';
import { reply } from './reply';
import { caching, getredir, tracking, trackinginfo } from './tracking';

export const client = defineContainer({
  name: 'client',
  needsConnection: true,
  arity: -2,
  flags: [],
  group: 'connection',
  since: '2.4.0',
  summary: 'Commands about connections.',
  subcommands: [
    caching,
    getname,
    getredir,
    id,
    info,
    kill,
    list,
    noEvict,
    noTouch,
    pause,
    reply,
    setinfo,
    setname,
    tracking,
    trackinginfo,
    unblock,
    unpause,
  ],
});
