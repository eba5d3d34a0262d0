import { defineManifest } from '../../../../lib/index.ts';
import { customer } from './decider.ts';
import { greeter, greeting } from './greeting.ts';
import { mailing } from './mailing.ts';
import { manifest as bare } from './manifest.ts';

/** The customers, with a process that passes sealed values on and one whose effect opens an address. */
export const manifest = defineManifest({ ...bare, aggregates: [customer, greeting], processes: [greeter, mailing] });
