/** Draws rooms and their imports as a Mermaid flow chart, the lowest floor at the bottom. */
'use strict';

/** A name that Mermaid takes. `end` and others are words of its language. */
const id = (room) => `r_${room.replace(/\W/g, '_')}`;

const node = (room) => `${id(room)}["${room}"]`;

function draw({ rooms, arrows }, floors) {
  const boxes = floors.flatMap((floor, index) => drawFloor(floor, index + 1, rooms)).reverse();
  const lines = arrows.map(({ from, to, typesOnly }) => `  ${id(from)} ${typesOnly ? '-.->' : '-->'} ${id(to)}`);
  return ['flowchart TB', ...boxes, ...lines].join('\n');
}

/** Its lines, the last one first. */
function drawFloor({ name, rooms }, number, existing) {
  const there = rooms.filter((room) => existing.includes(room)).sort();
  if (there.length === 0) return [];
  const title = [String(number), name].filter(Boolean).join(' ');
  return [`  subgraph floor${number}["${title}"]`, ...there.map((room) => `    ${node(room)}`), '  end'].reverse();
}

/** Puts a picture where the page has `<!-- picture: NAME -->`, in the place of the one that is there. */
function putPicture(page, name, picture) {
  const [begin, end] = [`<!-- picture: ${name} -->`, '<!-- /picture -->'];
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The page has no place for the picture "${name}": ${begin} ... ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n\`\`\`mermaid\n${picture}\n\`\`\`\n\n${page.slice(to)}`;
}

module.exports = { draw, putPicture };
