import type { SealedParts } from '../../core/personal/sealed.ts';
import { utf8 } from './bytes.ts';

/** What a sealed value is bound to: its event, the event's type, the field, the subject, the version of the key pair, and its hash. Stored format of 2026-11. */
export const aadOf = ({
  at: [event, type, field],
  subject,
  version,
  hashedFor,
  hash,
}: Pick<SealedParts, 'at' | 'subject' | 'version' | 'hashedFor' | 'hash'>): Uint8Array =>
  utf8(JSON.stringify(['foldstream/personal', event, type, field, subject, version, hashedFor, hash]));
