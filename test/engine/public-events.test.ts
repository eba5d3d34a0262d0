import { CloudEvent } from 'cloudevents';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { AnyDecider } from '../../lib/core/decider.ts';
import { defineManifest } from '../../lib/core/manifest.ts';
import { publicEvent } from '../../lib/core/public-event.ts';
import { FromNewerRelease, v1 } from '../../lib/core/version.ts';
import { account } from '../../lib/domains/account/decider.ts';
import { publish } from '../../lib/engine/publish.ts';
import { memoryBus } from '../../lib/testing/memory-bus.ts';
import { memoryClock, memoryKeys, memoryLog } from '../../lib/testing/memory-system.ts';
import { commitOf } from '../support/commits.ts';

const text = z.object({ text: z.string() });
const note = {
  category: 'note',
  events: {
    Noted: v1(text).next(z.object({ text: z.string(), language: z.string() }), (old) => ({ ...old, language: 'und' })),
    Read: v1(text),
    Hidden: v1(text),
  },
  commands: {},
  initial: {},
  publishes: ['Noted', 'Read'],
  decide: {},
  evolve: { Noted: (state: unknown) => state, Read: (state: unknown) => state, Hidden: (state: unknown) => state },
} as unknown as AnyDecider;

const event = (type: string, v = 1, data: unknown = { text: 'a' }) => ({ type, v, data });
const three = commitOf('note-1', 4, { version: 9, events: [event('Hidden'), event('Noted'), event('Read')] });
const publishing = () => ({ aggregates: [note], bus: memoryBus(), clock: memoryClock(), keys: memoryKeys(), log: memoryLog() });
const types = ({ bus }: ReturnType<typeof publishing>) => bus.sent.map(({ detailType }) => detailType);

describe('a public event', () => {
  it('is a CloudEvent with a stable id, its data in the shape of today', () => {
    expect(publicEvent(note, three, 1)).toEqual({
      specversion: '1.0',
      id: 'note-1/8',
      source: 'urn:foldstream:note',
      type: 'Noted',
      subject: 'note-1',
      time: three.at,
      datacontenttype: 'application/json',
      dataschema: 'urn:foldstream:note:Noted:v2',
      sequence: '000000000008',
      correlationid: 'c-1',
      data: { text: 'a', language: 'und' },
    });
    for (const position of [1, 2]) new CloudEvent({ ...publicEvent(note, three, position)! }).validate();
  });

  it('is made of public types alone, and not of what was imported', () => {
    expect(publicEvent(note, three, 0)).toBeUndefined();
    expect(publicEvent(note, { ...three, imported: 'i' }, 1)).toBeUndefined();
    expect(publicEvent({ ...note, publishes: undefined }, three, 1)).toBeUndefined();
  });
});

describe('publishing', () => {
  it('sends the commit for us and each public event for others, and only the failed ones again', async () => {
    const to = publishing();
    to.bus.failing.push([1]);
    await publish(to, [three, commitOf('other-1', 1)]);
    expect(types(to)).toEqual(['note.commit', 'Read', 'other.commit', 'Noted']);
    expect(to.bus.sent[1]).toMatchObject({ resources: ['note-1'], time: three.at });
    new CloudEvent(JSON.parse(to.bus.sent[1]!.detail)).validate();
  });

  it('sends one too large without its data, and says where that is', async () => {
    const to = publishing();
    await publish(to, [{ ...three, events: [event('Noted', 1, { text: 'x'.repeat(205_000) })] }]);
    const detail = JSON.parse(to.bus.sent[1]!.detail);
    expect(detail).toMatchObject({ dataref: '/streams/note/1', type: 'Noted' });
    expect(detail).not.toHaveProperty('data');
    new CloudEvent(detail).validate();
  });

  it('sends all else before it throws for what a newer release wrote', async () => {
    const to = publishing();
    const newer = commitOf('note-2', 1, { events: [event('Noted', 3)] });
    await expect(publish(to, [newer, three])).rejects.toThrow(FromNewerRelease);
    expect(types(to)).toEqual(['note.commit', 'note.commit', 'Noted', 'Read']);
  });

  it('does not stand still for an event that nobody will ever be able to read', async () => {
    const to = publishing();
    await publish(to, [commitOf('note-2', 1, { events: [event('Noted', 2, {})] }), three]);
    expect(types(to)).toEqual(['note.commit', 'note.commit', 'Noted', 'Read']);
    expect(to.log.lines).toMatchObject([
      { level: 'error', message: 'A public event cannot be read.', fields: { stream: 'note-2' } },
    ]);
  });
});

describe('a manifest', () => {
  const faults = (publishes: readonly string[]) => () =>
    defineManifest({ aggregates: [{ ...note, publishes }], projections: [] });
  it('publishes only what there is, once, under a name that no rule of our own looks for', () => {
    expect(faults(['Noted'])).not.toThrow();
    expect(faults(['Lost'])).toThrow('note publishes Lost, which it does not have');
    expect(faults(['Read', 'Read'])).toThrow('note publishes Read twice');
    expect(faults(['note.commit'])).toThrow('letters and digits only');
  });

  it('of the reference tells others of accounts opened and closed', () =>
    expect(account.publishes).toEqual(['AccountOpened', 'AccountClosed']));
});
