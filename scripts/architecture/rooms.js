/** From dependency-cruiser's graph of files to a graph of rooms. */
'use strict';

/**
 * The arrows between rooms.
 *
 * @param modules what dependency-cruiser answers with `--output-type json`
 * @param within the folder that is drawn, such as `src/engine`
 * @param roomOf answers the room of a path within that folder, without extension; undefined = none
 * @returns `rooms`, `arrows` ({ from, to, typesOnly, example }), both sorted, and `homeless`: files that are in no room
 */
function roomsOf(modules, within, roomOf) {
  const rooms = new Set();
  const arrows = new Map();
  const homeless = [];
  const room = (file) =>
    file.startsWith(`${within}/`) ? roomOf(file.slice(within.length + 1).replace(/(\.d)?\.ts$/, '')) : undefined;
  for (const { source, dependencies } of modules) {
    if (!source.startsWith(`${within}/`)) continue;
    const from = room(source);
    if (from === undefined) {
      // Declarations of what others made are nobody's room.
      if (!source.endsWith('.d.ts')) homeless.push(source);
      continue;
    }
    rooms.add(from);
    for (const { resolved, dependencyTypes } of dependencies) {
      const to = room(resolved);
      if (to === undefined || to === from) continue;
      const typesOnly = dependencyTypes.includes('type-only');
      const arrow = arrows.get(`${from}>${to}`);
      if (arrow === undefined)
        arrows.set(`${from}>${to}`, { from, to, typesOnly, example: `${source} -> ${resolved}` });
      else arrow.typesOnly &&= typesOnly;
    }
  }
  const sorted = [...arrows.values()].sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
  return { rooms: [...rooms].sort(compare), arrows: sorted, homeless: homeless.sort(compare) };
}

const compare = (a, b) => (a < b ? -1 : Number(a > b));

/** Answers the room of a path: of the rooms listed that the path is in, the innermost. */
function roomFinder(floors) {
  const rooms = floors.flatMap(({ rooms }) => rooms).sort((a, b) => b.length - a.length);
  return (path) => rooms.find((room) => path === room || path.startsWith(`${room}/`));
}

/** What the floors forbid: arrows that do not run down, files in no room. One line each. */
function complaints({ arrows, homeless }, floors) {
  const floorOf = new Map(floors.flatMap(({ rooms }, floor) => rooms.map((room) => [room, floor])));
  const wrong = arrows.filter(({ from, to }) => floorOf.get(to) >= floorOf.get(from));
  return [
    ...wrong.map(({ from, to, example }) => `${from} may not import ${to}, which is not on a lower floor: ${example}`),
    ...homeless.map((file) => `${file} is in no room of the list of floors`),
  ];
}

module.exports = { complaints, roomFinder, roomsOf };
