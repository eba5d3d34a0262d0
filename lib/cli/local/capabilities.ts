import { type Capabilities, probe } from '../../aws/local/capabilities.ts';
import { accessTo } from './endpoint.ts';

/** What the engine can do, asked of it by real requests: a test that needs more names itself as not run. */
export const engineCapabilities = (endpoint: string): Promise<Capabilities> => probe(accessTo(endpoint));

/** The capabilities that are missing, each with its reason. */
export const lacking = (capabilities: Capabilities): string[] =>
  Object.values(capabilities).flatMap((capability) => (capability.can ? [] : [capability.reason]));
