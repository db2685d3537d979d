import { areaOf, bitsOf, cellOf, STEPS, type Area, type Cell, type Position } from './geohash';

const RADIANS_PER_DEGREE = Math.PI / 180;
const EARTH_RADIUS = 6372797.560856;
const MERCATOR_MAX = 20037726.37;

/** What is searched around a position; all in metres. */
export type GeoShape =
  | { readonly center: Position; readonly radius: number }
  | { readonly center: Position; readonly width: number; readonly height: number };

function latitudeDistance(a: number, b: number): number {
  return EARTH_RADIUS * Math.abs(b * RADIANS_PER_DEGREE - a * RADIANS_PER_DEGREE);
}

/** Metres between two positions on a sphere (haversine). */
export function distanceBetween(a: Position, b: Position): number {
  const v = Math.sin((b.longitude * RADIANS_PER_DEGREE - a.longitude * RADIANS_PER_DEGREE) / 2);
  if (v === 0) return latitudeDistance(a.latitude, b.latitude);
  const latitudeA = a.latitude * RADIANS_PER_DEGREE;
  const latitudeB = b.latitude * RADIANS_PER_DEGREE;
  const u = Math.sin((latitudeB - latitudeA) / 2);
  const haversine = u * u + Math.cos(latitudeA) * Math.cos(latitudeB) * v * v;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(haversine));
}

/** Metres from the centre of a shape to a position within it; undefined outside. */
export function distanceWithin(shape: GeoShape, position: Position): number | undefined {
  const { center } = shape;
  if ('width' in shape) {
    if (latitudeDistance(position.latitude, center.latitude) > shape.height / 2) return undefined;
    const sideways = distanceBetween(position, { longitude: center.longitude, latitude: position.latitude });
    if (sideways > shape.width / 2) return undefined;
  }
  const distance = distanceBetween(center, position);
  return 'radius' in shape && distance > shape.radius ? undefined : distance;
}

/** The degrees that certainly hold a shape. */
function boundsOf(shape: GeoShape): Area {
  const { longitude, latitude } = shape.center;
  const height = 'radius' in shape ? shape.radius : shape.height / 2;
  const width = 'radius' in shape ? shape.radius : shape.width / 2;
  const up = height / EARTH_RADIUS / RADIANS_PER_DEGREE;
  // Meridians are closest on the side of the pole.
  const narrow = (latitude < 0 ? latitude - up : latitude + up) * RADIANS_PER_DEGREE;
  const across = width / EARTH_RADIUS / Math.cos(narrow) / RADIANS_PER_DEGREE;
  return { west: longitude - across, south: latitude - up, east: longitude + across, north: latitude + up };
}

/** How often the world is halved until nine cells just hold a circle. */
function estimateSteps(radius: number, latitude: number): number {
  if (radius === 0) return STEPS;
  let steps = 1;
  for (let range = radius; range < MERCATOR_MAX; range *= 2) steps += 1;
  steps -= 2;
  // Cells are narrower towards the poles.
  if (Math.abs(latitude) > 66) steps -= 1;
  if (Math.abs(latitude) > 80) steps -= 1;
  return Math.min(STEPS, Math.max(1, steps));
}

/** Scores from `low` to before `high`. */
export interface ScoreBox {
  readonly low: number;
  readonly high: number;
}

function boxOf(cell: Cell): ScoreBox {
  const bits = bitsOf(cell);
  const scale = 2 ** (2 * (STEPS - cell.steps));
  return { low: bits * scale, high: (bits + 1) * scale };
}

/** The next cell in a direction; the world has no edge. */
function neighbour(cell: Cell, east: number, north: number): Cell {
  const last = 2 ** cell.steps - 1;
  return {
    column: east === 0 ? cell.column : (cell.column + east) & last,
    row: north === 0 ? cell.row : (cell.row + north) & last,
    steps: cell.steps,
  };
}

/** The order in which Redis looks through a cell and its neighbours: unsorted answers show it. */
const DIRECTIONS: readonly (readonly [east: number, north: number])[] = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
];

/** Whether the neighbours of a cell reach as far as the shape does. */
function covers(cell: Cell, bounds: Area): boolean {
  return !(
    areaOf(neighbour(cell, 0, 1)).north < bounds.north ||
    areaOf(neighbour(cell, 0, -1)).south > bounds.south ||
    areaOf(neighbour(cell, 1, 0)).east < bounds.east ||
    areaOf(neighbour(cell, -1, 0)).west > bounds.west
  );
}

/** The ranges of scores that hold everything within a shape, in the order to look through them. */
export function searchBoxes(shape: GeoShape): ScoreBox[] {
  const { center } = shape;
  const bounds = boundsOf(shape);
  const reach = 'radius' in shape ? shape.radius : Math.sqrt((shape.width / 2) ** 2 + (shape.height / 2) ** 2);
  let cell = cellOf(center, estimateSteps(reach, center.latitude));
  if (cell.steps > 1 && !covers(cell, bounds)) cell = cellOf(center, cell.steps - 1);
  const area = areaOf(cell);
  const useless = ([east, north]: readonly [number, number]): boolean =>
    cell.steps >= 2 &&
    ((north < 0 && area.south < bounds.south) ||
      (north > 0 && area.north > bounds.north) ||
      (east < 0 && area.west < bounds.west) ||
      (east > 0 && area.east > bounds.east));
  const cells = DIRECTIONS.filter((direction) => !useless(direction)).map(([east, north]) =>
    neighbour(cell, east, north),
  );
  return withoutRepeats(cells).map(boxOf);
}

/** In a coarse grid neighbours are the same cell. Redis skips one that is the same as the one before, but not as the first. */
function withoutRepeats(cells: readonly Cell[]): Cell[] {
  return cells.filter((cell, i) => {
    const before = cells[i - 1];
    return i < 2 || before?.column !== cell.column || before.row !== cell.row;
  });
}
