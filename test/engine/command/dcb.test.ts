import { describe, it } from 'vitest';
import type { Decider } from '../../../lib/core/decider.ts';
import type { Message } from '../../../lib/core/message.ts';
import { deciding } from '../../../lib/testing/deciding.ts';
import { campus } from '../../support/examples/dcb-courses.ts';
import { placing, registration, signup } from '../../support/examples/dcb-names.ts';
import { invoicing, selling } from '../../support/examples/dcb-selling.ts';

// The examples of https://dcb.events (2026-11), by the names of their scenarios there. docs/guides/boundaries.md says what is not had, and why.

/** Each of the given events is in a stream of its own, so that only its tags can lead to it. */
const scenario =
  <S, C extends Message, E extends Message>(decider: Decider<S, C, E>) =>
  (...events: readonly E[]) => ({
    when: (command: C, at?: string) => {
      const elsewhere = Object.fromEntries(events.map((event, n) => [`${decider.category}-g${n}`, [event]]));
      return deciding(decider)().when(command, { id: 'new', elsewhere, ...(at !== undefined && { at }) });
    },
  });

const minute = (n: number) => new Date(Date.UTC(2026, 10, 21, 12) + n * 60_000).toISOString();
const daysAgo = (n: number) => minute(-n * 24 * 60);

const defined = (courseId: string, capacity: number) => ({ type: 'CourseDefined', data: { courseId, capacity } }) as const;
const changed = (courseId: string, newCapacity: number) =>
  ({ type: 'CourseCapacityChanged', data: { courseId, newCapacity } }) as const;
const subscribed = (courseId: string, studentId: string) =>
  ({ type: 'StudentSubscribedToCourse', data: { courseId, studentId } }) as const;
const define = (courseId: string, capacity: number) => ({ type: 'DefineCourse', data: { courseId, capacity } }) as const;
const change = (courseId: string, newCapacity: number) =>
  ({ type: 'ChangeCourseCapacity', data: { courseId, newCapacity } }) as const;
const subscribe = (courseId: string, studentId: string) =>
  ({ type: 'SubscribeStudentToCourse', data: { courseId, studentId } }) as const;

describe('Course subscriptions', () => {
  const given = scenario(campus);

  it('Feature 1: Define course with existing id', () =>
    given(defined('c1', 10)).when(define('c1', 15)).rejected('course-exists'));
  it('Feature 1: Define course with new id', () => given().when(define('c1', 15)).then(defined('c1', 15)));
  it('Feature 2: Change capacity of a non-existing course', () => given().when(change('c0', 15)).rejected('no-such-course'));
  it('Feature 2: Change capacity of a course to the current value', () =>
    given(defined('c1', 12)).when(change('c1', 12)).rejected('same-capacity'));
  it('Feature 2: Change capacity of a course to a new value', () =>
    given(defined('c1', 12)).when(change('c1', 15)).then(changed('c1', 15)));
  it('Feature 3: Subscribe student to non-existing course', () => given().when(subscribe('c0', 's1')).rejected('no-such-course'));
  it('Feature 3: Subscribe student to fully booked course', () =>
    given(defined('c1', 3), subscribed('c1', 's1'), subscribed('c1', 's2'), subscribed('c1', 's3'))
      .when(subscribe('c1', 's4'))
      .rejected('fully-booked'));
  it('Feature 3: Subscribe student to the same course twice', () =>
    given(defined('c1', 10), subscribed('c1', 's1')).when(subscribe('c1', 's1')).rejected('already-subscribed'));
  it('Feature 3: Subscribe student to more than 5 courses', () =>
    given(defined('c6', 10), ...['c1', 'c2', 'c3', 'c4', 'c5'].map((course) => subscribed(course, 's1')))
      .when(subscribe('c6', 's1'))
      .rejected('too-many-courses'));
  it('Feature 3: Subscribe student to course with capacity', () =>
    given(defined('c1', 10)).when(subscribe('c1', 's1')).then(subscribed('c1', 's1')));
});

describe('Unique username', () => {
  const given = scenario(registration);
  const registered = (username: string) => ({ type: 'AccountRegistered', data: { username } }) as const;
  const closed = (days: number) => ({ type: 'AccountClosed', data: { username: 'u1', at: daysAgo(days) } }) as const;
  const renamed = (days: number) =>
    ({ type: 'UsernameChanged', data: { oldUsername: 'u1', newUsername: 'u1changed', at: daysAgo(days) } }) as const;
  const register = (username: string) => ({ type: 'RegisterAccount', data: { username } }) as const;

  it('Feature 1: Register account with claimed username', () =>
    given(registered('u1')).when(register('u1')).rejected('username-claimed'));
  it('Feature 1: Register account with unused username', () => given().when(register('u1')).then(registered('u1')));
  it('Feature 2: Register account with username of closed account', () =>
    given(registered('u1'), closed(100)).when(register('u1')).then(registered('u1')));
  it('Feature 3: Register account with a username that was previously used and then changed', () =>
    given(registered('u1'), renamed(100)).when(register('u1')).then(registered('u1')));
  it('Feature 3: Register account with a username that another username was changed to', () =>
    given(registered('u1'), renamed(100)).when(register('u1changed')).rejected('username-claimed'));
  it('Feature 4: Register username of closed account before retention period', () =>
    given(registered('u1'), closed(3)).when(register('u1')).rejected('username-claimed'));
  it('Feature 4: Register changed username before retention period', () =>
    given(registered('u1'), renamed(3)).when(register('u1')).rejected('username-claimed'));
  it('Feature 4: Register username of closed account after retention period', () =>
    given(registered('u1'), closed(4)).when(register('u1')).then(registered('u1')));
  it('Feature 4: Register changed username after retention period', () =>
    given(registered('u1'), renamed(4)).when(register('u1')).then(registered('u1')));
});

describe('Invoice number', () => {
  const given = scenario(invoicing);
  const created = (invoiceNumber: number, invoiceData: string) =>
    ({ type: 'InvoiceCreated', data: { series: 'a', invoiceNumber, invoiceData } }) as const;
  const create = (invoiceData: string) => ({ type: 'CreateInvoice', data: { series: 'a', invoiceData } }) as const;

  it('Create first invoice', () => given().when(create('foo')).then(created(1, 'foo')));
  it('Create second invoice', () => given(created(1, 'foo')).when(create('bar')).then(created(2, 'bar')));
});

describe('Opt-in token', () => {
  const given = scenario(signup);
  const john = { address: 'john', otp: '444444', name: 'John Doe' };
  const initiated = (minutesAgo: number) => ({ type: 'SignUpInitiated', data: { ...john, at: minute(-minutesAgo) } }) as const;
  const confirmed = { type: 'SignUpConfirmed', data: john } as const;
  const confirm = (address: string, otp = john.otp) => ({ type: 'ConfirmSignUp', data: { address, otp } }) as const;

  it('Feature 1: Confirm SignUp for non-existing OTP', () =>
    given().when(confirm('john', '000000')).rejected('no-pending-sign-up'));
  it('Feature 1: Confirm SignUp for OTP assigned to different email address', () =>
    given(initiated(1)).when(confirm('jane')).rejected('no-pending-sign-up'));
  it('Feature 1: Confirm SignUp for already used OTP', () =>
    given(initiated(1), confirmed).when(confirm('john')).rejected('otp-used'));
  it('Feature 1: Confirm SignUp for valid OTP', () => given(initiated(60)).when(confirm('john')).then(confirmed));
  it('Feature 2: Confirm SignUp for expired OTP', () => given(initiated(61)).when(confirm('john')).rejected('otp-expired'));
});

describe('Dynamic product price', () => {
  const given = scenario(selling);
  const product = (productId: string, price: number, at: number) =>
    ({ type: 'ProductDefined', data: { productId, price, at: minute(at) } }) as const;
  const changedTo = (newPrice: number, at: number) =>
    ({ type: 'ProductPriceChanged', data: { productId: 'p1', newPrice, at: minute(at) } }) as const;
  const items = (prices: Readonly<Record<string, number>>) =>
    Object.entries(prices).map(([productId, price]) => ({ productId, price }));
  const order = (prices: Readonly<Record<string, number>>) =>
    ({ type: 'OrderProducts', data: { items: items(prices) } }) as const;
  const ordered = (prices: Readonly<Record<string, number>>) =>
    ({ type: 'ProductsOrdered', data: { items: items(prices) } }) as const;
  const now = minute(100);

  it('Feature 1: Order product with invalid displayed price', () =>
    given(product('p1', 123, 100))
      .when(order({ p1: 100 }), now)
      .rejected('price-not-valid'));
  it('Feature 1: Order product with valid displayed price', () =>
    given(product('p1', 123, 100))
      .when(order({ p1: 123 }), now)
      .then(ordered({ p1: 123 })));
  it('Feature 2: Order product with a displayed price that was never valid', () =>
    given(product('p1', 123, 80))
      .when(order({ p1: 100 }), now)
      .rejected('price-not-valid'));
  it('Feature 2: Order product with a price that was changed more than 10 minutes ago', () =>
    given(product('p1', 123, 80), changedTo(134, 80))
      .when(order({ p1: 123 }), now)
      .rejected('price-not-valid'));
  it('Feature 2: Order product with initial valid price', () =>
    given(product('p1', 123, 80))
      .when(order({ p1: 123 }), now)
      .then(ordered({ p1: 123 })));
  it('Feature 2: Order product with a price that was changed less than 10 minutes ago', () =>
    given(product('p1', 123, 80), changedTo(134, 91))
      .when(order({ p1: 123 }), now)
      .then(ordered({ p1: 123 })));
  it('Feature 2: Order product with valid new price', () =>
    given(product('p1', 123, 80), changedTo(134, 91))
      .when(order({ p1: 134 }), now)
      .then(ordered({ p1: 134 })));
  it('Feature 3: Order multiple products with valid prices', () =>
    given(product('p1', 123, 80), changedTo(134, 91), product('p2', 321, 92))
      .when(order({ p1: 123, p2: 321 }), now)
      .then(ordered({ p1: 123, p2: 321 })));
  it('Feature 3: Order multiple products of which one has a price that was changed more than 10 minutes ago', () =>
    given(product('p1', 123, 80), changedTo(134, 80), product('p2', 321, 92))
      .when(order({ p1: 123, p2: 321 }), now)
      .rejected('price-not-valid'));
});

describe('Prevent record duplication', () => {
  const given = scenario(placing);
  const placed = (orderId: string, idempotencyToken: string) =>
    ({ type: 'OrderPlaced', data: { orderId, idempotencyToken } }) as const;
  const place = (orderId: string, idempotencyToken: string) =>
    ({ type: 'PlaceOrder', data: { orderId, idempotencyToken } }) as const;

  it('Place order with previously used idempotency token', () =>
    given(placed('o12345', '11111')).when(place('o54321', '11111')).rejected('already-placed'));
  it('Place order with new idempotency token', () =>
    given(placed('o12345', '11111')).when(place('o54321', '22222')).then(placed('o54321', '22222')));
});
