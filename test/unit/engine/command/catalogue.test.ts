import { CommandCatalogue, type CommandPart } from '../../../../src/engine/command/catalogue';
import { CommandTable } from '../../../../src/engine/command/table';
import { COMMAND_PARTS } from '../../../../src/engine/commands';
import { bareCommand } from '../../../support/bare-client';

/** A part that notes when it is loaded. */
function part(loads: string[], ...names: string[]): CommandPart {
  return {
    names,
    load() {
      loads.push(names.join(' '));
      return names.map((name) => bareCommand(name));
    },
  };
}

describe('the catalogue of commands', () => {
  it('loads a part when the first of its commands is asked for, and once', () => {
    const loads: string[] = [];
    const catalogue = new CommandCatalogue([part(loads, 'a', 'b'), part(loads, 'c')]);
    expect(catalogue.size).toBe(3);
    expect(catalogue.find('nobody')).toBeUndefined();
    expect(loads).toEqual([]);
    expect(catalogue.find('b')?.name).toBe('b');
    expect(catalogue.find('a')?.name).toBe('a');
    expect(loads).toEqual(['a b']);
    expect(catalogue.all().map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(loads).toEqual(['a b', 'c']);
  });

  it('knows a name once', () => {
    expect(() => new CommandCatalogue([part([], 'a'), part([], 'b', 'a')])).toThrow('command a is defined twice');
  });

  it.each(COMMAND_PARTS.map(({ names, load }) => ({ names, load, first: names[0] })))(
    'names all that is defined beside $first',
    ({ names, load }) => {
      expect(load().map(({ name }) => name)).toEqual(names);
    },
  );

  it('is asked for no more by a table than by its clients', () => {
    const loads: string[] = [];
    const table = new CommandTable(new CommandCatalogue([part(loads, 'a', 'b'), part(loads, 'c')]));
    table.resolve('A', []);
    expect(table.used().map(({ fullName }) => fullName)).toEqual(['a']);
    expect(loads).toEqual(['a b']);
    expect(table.records().map(({ fullName }) => fullName)).toEqual(['a', 'b', 'c']);
  });
});
