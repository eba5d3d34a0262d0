import { type Demo, defineManifest, eventLog, processDecider } from 'foldstream';
import { account } from './account/decider.ts';
import { accountBalance } from './account/projections/balance.ts';
import { course } from './course/decider.ts';
import { enrolment } from './course/enrolment.ts';
import { enrolments } from './course/projections/enrolments.ts';
import { coursePlaces } from './course/projections/places.ts';
import { document } from './document/decider.ts';
import { documents } from './document/projections/documents.ts';
import { documentEditions } from './document/projections/editions.ts';
import { match } from './match/decider.ts';
import { matchBoards } from './match/projections/boards.ts';
import { matchMoves } from './match/projections/moves.ts';
import { matchPlayers } from './match/projections/players.ts';
import { telemetry } from './telemetry/decider.ts';
import { telemetryOwners } from './telemetry/projections/owners.ts';
import { telemetryReadings } from './telemetry/projections/readings.ts';
import { telemetryDays, telemetryHours, telemetryMinutes } from './telemetry/projections/roll-ups.ts';
import { telemetryWarnings } from './telemetry/projections/warnings.ts';
import { telemetryWatch } from './telemetry/watch.ts';
import { ticket } from './ticket/decider.ts';
import { desk } from './ticket/desk.ts';
import { tickets } from './ticket/projections/tickets.ts';
import { routing } from './ticket/routing.ts';
import { trade } from './trade/decider.ts';
import { payout } from './trade/payout.ts';
import { tradeBooks } from './trade/projections/books.ts';
import { tradeFills } from './trade/projections/fills.ts';
import { tradePositions } from './trade/projections/positions.ts';
import { settlement } from './trade/settlement.ts';

const aggregates = [account, trade, document, telemetry, match, ticket, desk, course, enrolment];
const processes = [settlement, payout, telemetryWatch, routing];

/** More contexts, beside the bank and the shop of index.ts: `npm start -- --manifest domains/contexts.ts --fresh`. Each has a page in docs/contexts. */
export const manifest = defineManifest({
  aggregates,
  processes,
  projections: [
    accountBalance,
    tradeBooks,
    tradeFills,
    tradePositions,
    documents,
    documentEditions,
    telemetryReadings,
    telemetryMinutes,
    telemetryHours,
    telemetryDays,
    telemetryOwners,
    telemetryWarnings,
    matchBoards,
    matchMoves,
    matchPlayers,
    tickets,
    coursePlaces,
    enrolments,
    eventLog([...aggregates, ...processes.map(processDecider)], { may: ['operator'] }),
  ],
});

/** What `npm start` seeds, and the commands to begin with. */
export const demo: Demo = {
  seed: [{ as: 'customer', post: '/match/demo/open', body: {} }],
  hint: (api) => `\
Then open a match, let an operator join it, drop a disc, and watch it, for which no token is needed:

  OPERATOR=$(npm run --silent token operator)
  curl -s -X POST ${api}/match/first/open -H "Authorization: Bearer $TOKEN"    -d '{}'
  curl -s -X POST ${api}/match/first/join -H "Authorization: Bearer $OPERATOR" -d '{}'
  curl -s -X POST ${api}/match/first/drop -H "Authorization: Bearer $TOKEN"    -d '{"column":3}'
  curl -s --retry 5 --fail ${api}/views/match-boards/first`,
};
