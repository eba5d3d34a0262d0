import { type Capabilities, probe } from '../../aws/local/capabilities.ts';
import { accessTo } from './endpoint.ts';

/** The capabilities of the local cloud, found by real requests: a test that needs more reports itself as not run. */
export const engineCapabilities = (endpoint: string): Promise<Capabilities> => probe(accessTo(endpoint));

/** The capabilities that are missing, each with its reason. */
export const lacking = (capabilities: Capabilities): string[] =>
  Object.values(capabilities).flatMap((capability) => (capability.can ? [] : [capability.reason]));
