import { redact } from './redact';
import { isSetting, type Setting, type SettingsSchema } from './setting';

type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON schema of `respite.yaml`, for editors; `schemas/config.json` is this, and a test holds that it is. */
export function jsonSchemaOf(schema: SettingsSchema): JsonSchema {
  const plugins = {
    type: 'object',
    description: 'The sections of plugins, by name.',
    additionalProperties: { type: 'object' },
  };
  const { properties, ...rest } = group(schema);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of Respite',
    ...rest,
    properties: { ...(properties as JsonSchema), plugins }, // group() makes an object of them
  };
}

function group(schema: SettingsSchema): JsonSchema {
  const properties = Object.entries(schema).map(([name, node]) => [name, isSetting(node) ? leaf(node) : group(node)]);
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) as JsonSchema };
}

function leaf(setting: Setting<unknown>): JsonSchema {
  return {
    description: setting.doc,
    default: redact(setting, setting.default),
    ...setting.format.jsonSchema,
  };
}
