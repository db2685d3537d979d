import type { KeyPlace } from '../../modules/migration';
import type { OpenPlace } from '../place';

/** Both places, for messages and comparisons. */
export interface Sides {
  readonly from: KeyPlace;
  readonly to: KeyPlace;
}

/** Both places of a move. */
export function sidesOf(from: OpenPlace, to: OpenPlace): Sides {
  return {
    from: { name: from.name, client: from.client, refusal: 'EXPORT_FAILED' },
    to: { name: to.name, client: to.client, refusal: 'IMPORT_REFUSED' },
  };
}
