import { describe, expect, it } from 'vitest';
import { course } from '../../domains/course/decider.ts';
import { enrolment, mostCourses } from '../../domains/course/enrolment.ts';
import { enrolments } from '../../domains/course/projections/enrolments.ts';
import { coursePlaces } from '../../domains/course/projections/places.ts';
import { courseEvents } from '../../events/course.ts';
import { readEvent, user } from '../../lib/index.ts';
import { deciding, projecting, sharing } from '../../lib/testing/index.ts';

const givenCourse = deciding(course);
const given = deciding(enrolment);
const [ada, bob, office] = [user('ada'), user('bob'), user('olga', 'operator')];

const offer = { title: 'Logic', places: 2, language: 'en' } as const;
const offered = { type: 'CourseOffered', data: offer } as const;
const changed = (places: number) => ({ type: 'PlacesChanged', data: { places } }) as const;
const enrolled = (course: string, student: string) => ({ type: 'StudentEnrolled', data: { course, student } }) as const;
const left = (course: string, student: string) => ({ type: 'StudentLeft', data: { course, student } }) as const;
const enrol = (course: string, student: string) => ({ type: 'Enrol', data: { course, student } }) as const;
const leave = { type: 'Leave', data: {} } as const;

describe('a course', () => {
  it('is offered once', () => {
    givenCourse().when({ type: 'Offer', data: offer }).then(offered);
    givenCourse(offered).when({ type: 'Offer', data: offer }).rejected('already-offered');
    givenCourse()
      .when({ type: 'ChangePlaces', data: { places: 3 } })
      .rejected('not-offered');
  });

  it('never has fewer places than students', () => {
    const elsewhere = { 'enrolment-e1': [enrolled('1', 'ada')], 'enrolment-e2': [enrolled('1', 'bob')] };
    givenCourse(offered)
      .when({ type: 'ChangePlaces', data: { places: 1 } }, { elsewhere })
      .rejected('places-taken', { taken: 2 });
    givenCourse(offered)
      .when(
        { type: 'ChangePlaces', data: { places: 1 } },
        { elsewhere: { ...elsewhere, 'enrolment-e3': [enrolled('c9', 'eve')] } },
      )
      .rejected('places-taken', { taken: 2 });
    givenCourse(offered)
      .when(
        { type: 'ChangePlaces', data: { places: 1 } },
        { elsewhere: { 'enrolment-e1': [enrolled('1', 'ada'), left('1', 'ada')] } },
      )
      .then(changed(1));
    givenCourse(offered)
      .when({ type: 'ChangePlaces', data: { places: 2 } })
      .then();
  });

  it('of before 2026-12 was held in English', () => {
    const { data } = readEvent(courseEvents, { type: 'CourseOffered', v: 1, data: { title: 'Logic', places: 2 } });
    expect(data).toEqual(offer);
  });
});

describe('an enrolment', () => {
  const elsewhere = { 'course-c1': [offered], 'course-c2': [offered] };

  it('takes a place of the course and one of the student', () => {
    given().when(enrol('c1', 'ada'), { actor: ada, elsewhere }).then(enrolled('c1', 'ada'));
    given().when(enrol('c1', 'ada'), { actor: office, elsewhere }).then(enrolled('c1', 'ada'));
    given().when(enrol('c1', 'ada'), { actor: ada, elsewhere }).retrySafe();
    given(enrolled('c1', 'ada')).when(enrol('c2', 'ada'), { actor: ada, elsewhere }).rejected('already-used');
  });

  it('is made by the student or the office', () =>
    given().when(enrol('c1', 'ada'), { actor: bob, elsewhere }).rejected('not-yourself'));

  it('needs a course with a place', () => {
    given().when(enrol('c3', 'ada'), { actor: ada, elsewhere }).rejected('course-not-offered');
    const full = { ...elsewhere, 'enrolment-e2': [enrolled('c1', 'bob')], 'enrolment-e3': [enrolled('c1', 'eve')] };
    given().when(enrol('c1', 'ada'), { actor: ada, elsewhere: full }).rejected('course-full', { places: 2 });
    given().when(enrol('c2', 'ada'), { actor: ada, elsewhere: full }).then(enrolled('c2', 'ada'));
    const again = { ...full, 'enrolment-e2': [enrolled('c1', 'bob'), left('c1', 'bob')] };
    given().when(enrol('c1', 'ada'), { actor: ada, elsewhere: again }).then(enrolled('c1', 'ada'));
  });

  it('is refused to a student who is in the course, or in too many', () => {
    const others = { ...elsewhere, 'enrolment-e2': [enrolled('c1', 'ada')] };
    given().when(enrol('c1', 'ada'), { actor: ada, elsewhere: others }).rejected('already-enrolled');
    const many = { ...others, 'enrolment-e3': [enrolled('c3', 'ada')], 'enrolment-e4': [enrolled('c4', 'ada')] };
    given().when(enrol('c2', 'ada'), { actor: ada, elsewhere: many }).rejected('too-many-courses', { most: mostCourses });
  });

  it('is ended by its student or the office, and gives both places back', () => {
    given(enrolled('c1', 'ada')).when(leave, { actor: ada, elsewhere }).then(left('c1', 'ada'));
    given(enrolled('c1', 'ada')).when(leave, { actor: office, elsewhere }).then(left('c1', 'ada'));
    given(enrolled('c1', 'ada')).when(leave, { actor: bob, elsewhere }).forbidden();
    given(enrolled('c1', 'ada'), left('c1', 'ada')).when(leave, { elsewhere }).rejected('not-enrolled');
  });

  it('given with a stream whose events carry none of its tags, is a mistake of the test', () =>
    expect(() => given().when(enrol('c1', 'ada'), { elsewhere: { 'account-1': [offered] } })).toThrow('No tag of enrolment'));
});

describe('the views of courses', () => {
  const minute = (n: number) => `2026-11-21T12:0${n}:00.000Z`;

  it('show a student her enrolments, and the office who is in a course', () => {
    const row = { course: 'c1', student: 'ada', enrolledAt: minute(1) };
    projecting(enrolments)(enrolled('c1', 'ada')).rows(row);
    projecting(enrolments)(enrolled('c1', 'ada')).ownedBy('ada');
    projecting(enrolments)(enrolled('c1', 'ada'), left('c1', 'ada')).rows({ ...row, leftAt: minute(2) });
  });

  it('count the places of a course', () =>
    sharing(coursePlaces)({
      c1: [offered, changed(3)],
      e1: [enrolled('c1', 'ada')],
      e2: [enrolled('c1', 'bob'), left('c1', 'bob')],
    }).rows({ c1: { places: 3, taken: 1 } }));
});
