import { describe, it } from 'vitest';
import { ticket } from '../../domains/ticket/decider.ts';
import { desk } from '../../domains/ticket/desk.ts';
import { notifyCustomer } from '../../domains/ticket/notice.ts';
import { tickets } from '../../domains/ticket/projections/tickets.ts';
import { routing } from '../../domains/ticket/routing.ts';
import { perform, send } from '../../lib/index.ts';
import { deciding, done, due, projecting, reacting, refused, timedOut } from '../../lib/testing/index.ts';

const opened = { type: 'TicketOpened', data: { customer: 'ada', subject: 'My invoice', text: 'It is wrong.' } } as const;
const routed = { type: 'TicketRouted', data: { team: 'billing', agent: 'a1', reason: 'why' } } as const;
const answered = { type: 'TicketAnswered', data: { by: 'a1', text: 'Mended.' } } as const;
const escalated = { type: 'TicketEscalated', data: { reason: 'late' } } as const;
const reopened = { type: 'TicketReopened', data: { why: 'still wrong' } } as const;
const rated = { type: 'TicketRated', data: { stars: 4, by: 'a1' } } as const;

describe('a ticket', () => {
  const given = deciding(ticket);
  const answer = { type: 'Answer', data: { text: 'Mended.' } } as const;
  const reopen = { type: 'Reopen', data: { why: 'still wrong' } } as const;
  const rate = { type: 'Rate', data: { stars: 4 } } as const;
  const agent = { id: 'a1', kind: 'user', roles: ['operator'] } as const;

  it('is opened by its customer, and answered by an agent, wherever it is', () => {
    const { subject, text } = opened.data;
    given()
      .when({ type: 'Open', data: { subject, text } })
      .then({ ...opened, data: { ...opened.data, customer: 'ada' } });
    given(opened).when({ type: 'Open', data: { subject, text } }).rejected('already-opened');
    given(opened).when(answer, { actor: agent }).then(answered);
    given(opened, routed, answered).when(answer, { actor: agent }).rejected('not-open', { ticketStatus: 'answered' });
  });

  it('is reopened as often as needed, and rated once: the rating is of whoever answered last', () => {
    given(opened, routed).when(reopen).rejected('not-answered', { ticketStatus: 'open' });
    given(opened, answered).when(reopen).then(reopened);
    given(opened, answered, reopened, { ...answered, data: { ...answered.data, by: 'a2' } })
      .when(rate)
      .then({ ...rated, data: { stars: 4, by: 'a2' } });
    given(opened, answered, rated).when(rate).rejected('not-answered', { ticketStatus: 'rated' });
    given(opened, answered, rated).when(reopen).rejected('not-answered', { ticketStatus: 'rated' });
  });

  it('is escalated while it is open, once until it is answered', () => {
    const escalate = { type: 'Escalate', data: { reason: 'late' } } as const;
    given(opened, routed).when(escalate).then(escalated);
    given(opened, escalated).when(escalate).then();
    given(opened, answered).when(escalate).then();
    given(opened, escalated, answered, reopened).when(escalate).then(escalated);
  });
});

describe('the notice of an answer', () => {
  const ended = { type: 'NoticeEnded', data: { delivered: true } } as const;
  const note = { type: 'NoteNotice', data: { delivered: true } } as const;

  it('is noted whatever became of the ticket meanwhile, and changes nothing else in it', () => {
    deciding(ticket)(opened, answered).when(note).then(ended);
    deciding(ticket)(opened, answered, reopened).when(note).then(ended);
    deciding(ticket)(opened, answered, ended, rated).when(note).then(ended);
    deciding(ticket)().when(note).rejected('no-such-ticket');
    deciding(ticket)(opened, answered, ended)
      .when({ type: 'Reopen', data: { why: 'still wrong' } })
      .then(reopened);
  });

  it('is that of the last answer', () => {
    const row = { customer: 'ada', subject: 'My invoice', openedAt: '2026-11-21T12:01:00.000Z', escalated: false } as const;
    projecting(tickets)(opened, answered, ended).rows({ ...row, status: 'answered', notified: true });
    projecting(tickets)(opened, answered, ended, reopened, answered).rows({ ...row, status: 'answered' });
  });
});

describe('a desk', () => {
  const given = deciding(desk);
  const came = (agent: string) => ({ type: 'AgentCame', data: { agent } }) as const;
  const has = (ticket: string, agent: string) => ({ type: 'TicketAssigned', data: { ticket, agent, reason: '' } }) as const;
  const assign = (ticket: string) => ({ type: 'Assign', data: { ticket, because: "mentions 'invoice'" } }) as const;

  it('assigns to whoever has the fewest tickets, and says so', () => {
    given().when(assign('t1')).rejected('nobody-there');
    given(came('a1'), came('a2'), has('t1', 'a1'))
      .when(assign('t2'))
      .then({
        type: 'TicketAssigned',
        data: { ticket: 't2', agent: 'a2', reason: "mentions 'invoice'; fewest open tickets (0) of 2 at the desk" },
      });
    given(came('a1'), came('a2'), has('t1', 'a1')).when(assign('t1')).then();
  });

  it('forgets a ticket that is answered, also of somebody who has left', () => {
    const release = { type: 'Release', data: { ticket: 't1' } } as const;
    given(came('a1'), has('t1', 'a1'), { type: 'AgentLeft', data: { agent: 'a1' } })
      .when(release)
      .then({ type: 'TicketReleased', data: { ticket: 't1', agent: 'a1' } });
    given(came('a1')).when(release).then();
  });
});

describe('the routing of tickets', () => {
  const given = reacting(routing);
  const assign = (team: string, because: string) => send(desk, team, 'Assign', { ticket: '1', because }, { refused: 'nobody' });
  const release = (team: string) => send(desk, team, 'Release', { ticket: '1' });
  const notice = perform(notifyCustomer, { ticket: '1' }, { done: 'notified', refused: 'unwanted', timedOut: 'unanswered' });
  const billing = assign('billing', "mentions 'invoice'");

  it('goes by the first rule whose words are in it', () => {
    given()
      .when(opened)
      .then({ send: [billing], setDeadlines: { answer: '2026-11-21T20:01:00.000Z' } });
    const other = { ...opened, data: { ...opened.data, subject: 'A question' } };
    given()
      .when(other)
      .then({ send: [assign('general', 'no rule matches')], setDeadlines: { answer: '2026-11-21T20:01:00.000Z' } });
  });

  it('waits in the queue of the desk where nobody is there', () =>
    given(opened)
      .when(refused('nobody', { reason: 'nobody-there' }))
      .then({ send: [send(ticket, '1', 'Route', { team: 'billing', reason: "mentions 'invoice'; nobody is at the desk" })] }));

  it('frees the agent with the answer, and asks for another one when it is reopened', () => {
    given(opened)
      .when(answered)
      .then({ send: [release('billing')], perform: [notice], cancelDeadlines: ['answer'] });
    given(opened, answered)
      .when(reopened)
      .then({ send: [assign('billing', 'reopened')], setDeadlines: { answer: '2026-11-21T20:03:00.000Z' } });
  });

  it('tells the customer of an answer, and the ticket what became of that', () => {
    const after = given(opened, answered);
    after.when(done('notified', { answer: {} })).then({ send: [send(ticket, '1', 'NoteNotice', { delivered: true })] });
    after
      .when(refused('unwanted', { reason: 'gone' }))
      .then({ send: [send(ticket, '1', 'NoteNotice', { delivered: false, why: 'gone' })] });
    after
      .when(timedOut('unanswered', { why: 'x'.repeat(500) }))
      .then({ send: [send(ticket, '1', 'NoteNotice', { delivered: false, why: 'x'.repeat(400) })] });
  });

  it('escalates to the leads what is not answered in time', () => {
    given(opened)
      .when(due('answer'))
      .then({ send: [send(ticket, '1', 'Escalate', { reason: 'not answered at the desk of billing within 8 hours' })] });
    given(opened)
      .when(escalated)
      .then({ send: [release('billing'), assign('leads', 'escalated: late')] });
  });
});

describe('tickets', () => {
  const at = (n: number) => `2026-11-21T12:0${n}:00.000Z`;
  it('shows each with its desk, its agent and the reason, and how it ended', () =>
    projecting(tickets)(opened, routed, escalated, answered, rated).rows({
      customer: 'ada',
      subject: 'My invoice',
      status: 'rated',
      openedAt: at(1),
      team: 'billing',
      agent: 'a1',
      reason: 'late',
      escalated: false,
      stars: 4,
    }));
});
