/**
 * The first seed whose run finds a mutant, for each mutant that takes more than twenty runs. It is tried first; where it finds nothing any more, all seeds
 * are tried, and `npm run test:full` prints the new one.
 */
export const findingSeeds: Readonly<Record<string, number>> = {
  'a parked mark is trusted from a cache': 49,
  'the drain begins at once': 124,
  'a function believes for long that its revision is being built': 54,
  'a worker goes on with what was cancelled': 844,
  'a walk goes on in whichever revision is active': 249,
  "a move that was sent twice is taken for another's": 96,
  'a switch beside its record': 101,
  'a roll back that leaves no record': 54,
  'a pause by a clock that was ahead is waited out': 191,
  'what was noted is drained without the wait': 23,
  'a head is put where its commit number is as it was read': 588,
  'a repair leaves a share where its stream has none': 178,
  'a repair leaves totals as they are': 89,
  'a total is mended by the first page of its shares': 127,
  'a repair looks at the first page of the rows that are there': 40,
  "a repair leaves rows that are nobody's": 40,
  'what is on the bus is believed, proved or not': 39,
  'stock is not released when an order is cancelled': 146,
  'nobody looks back further than the last ids': 40,
  'what was deferred is taken up in no order': 166,
  'a resolution that threw is not kept': 117,
  'instances that were left open are not looked for by the sweep': 80,
  'a reservation has the time of its command, whatever is before it': 74,
  'giving up without recording it': 17,
  'a message that is never sent again': 159,
  'a decision that was made before is not recognised': 26,
  'imported commits are delivered to processes': 40,
};
