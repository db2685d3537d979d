import type { Config } from '../config';
import { createToken } from './token';

/** The application's settings, as a token. */
export const ConfigToken = createToken<Config>('Config');
