import { parseSyntax } from '../../../../src/engine/commands/server/command/syntax';

describe('parseSyntax', () => {
  it('reads values, repetitions and options', () => {
    expect(parseSyntax('key [NX | XX] score member [score member ...]')).toEqual([
      { name: 'key', type: 'value' },
      {
        name: 'nx_xx',
        type: 'oneof',
        optional: true,
        parts: [
          { name: 'nx', type: 'token', token: 'NX' },
          { name: 'xx', type: 'token', token: 'XX' },
        ],
      },
      {
        name: 'score_member',
        type: 'block',
        multiple: true,
        parts: [
          { name: 'score', type: 'value' },
          { name: 'member', type: 'value' },
        ],
      },
    ]);
  });

  it('joins a token with the values it announces', () => {
    expect(parseSyntax('[LIMIT offset count] STREAMS key [key ...] id [id ...]')).toEqual([
      {
        name: 'offset_count',
        type: 'block',
        token: 'LIMIT',
        optional: true,
        parts: [
          { name: 'offset', type: 'value' },
          { name: 'count', type: 'value' },
        ],
      },
      {
        name: 'key_id',
        type: 'block',
        token: 'STREAMS',
        parts: [
          { name: 'key', type: 'value', multiple: true },
          { name: 'id', type: 'value', multiple: true },
        ],
      },
    ]);
  });

  it('knows a token that is repeated with its value', () => {
    expect(parseSyntax('[PREFIX prefix [PREFIX prefix ...]] [BCAST]')).toEqual([
      { name: 'prefix', type: 'value', token: 'PREFIX', multiple: true, multipleToken: true, optional: true },
      { name: 'bcast', type: 'token', token: 'BCAST', optional: true },
    ]);
  });

  it('takes alternatives without brackets for the only argument', () => {
    expect(parseSyntax('ON | OFF')).toEqual([
      {
        name: 'on_off',
        type: 'oneof',
        parts: [
          { name: 'on', type: 'token', token: 'ON' },
          { name: 'off', type: 'token', token: 'OFF' },
        ],
      },
    ]);
  });
});
