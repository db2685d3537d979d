import { SetMetadata } from '@nestjs/common';

/** `user` runs things, `editor` also defines agents and workflows, `admin` also tools and users. Nobody sees another's runs. */
export const ROLES = ['user', 'editor', 'admin'] as const;

export type Role = (typeof ROLES)[number];

export const NEEDS = 'agent-host:needs';

/** The least role a route needs; without it, any user's. */
export const Needs = (role: Role | 'nobody'): MethodDecorator & ClassDecorator => SetMetadata(NEEDS, role);

export const mayAct = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);
