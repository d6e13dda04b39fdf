'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Notes } = require('../src/notes');
const { handlers } = require('../src/handlers');

/** What a handler answered: stands in for Express's response. */
function answer() {
  return {
    code: 200,
    body: undefined,
    status(code) {
      this.code = code;
      return this;
    },
    json(body) {
      this.body = body;
      return this;
    },
    end() {
      return this;
    },
  };
}

test('a note is added and listed', () => {
  const handle = handlers(new Notes());
  const added = answer();
  handle.add({ body: { text: 'buy milk' } }, added);
  assert.deepEqual([added.code, added.body], [201, { id: 1, text: 'buy milk' }]);

  const listed = answer();
  handle.list({}, listed);
  assert.deepEqual(listed.body, [{ id: 1, text: 'buy milk' }]);
});

test('a note without a text is refused', () => {
  const handle = handlers(new Notes());
  for (const body of [undefined, {}, { text: '  ' }, { text: 7 }]) {
    const refused = answer();
    handle.add({ body }, refused);
    assert.equal(refused.code, 400);
  }
});

test('a note is deleted, and only that one', () => {
  const notes = new Notes();
  notes.add('buy milk');
  notes.add('call Ada');
  const handle = handlers(notes);
  const deleted = answer();
  handle.remove({ params: { id: '1' } }, deleted);
  assert.equal(deleted.code, 204);
  assert.deepEqual(notes.all(), [{ id: 2, text: 'call Ada' }]);
});

test('a note that is not there is answered with @Q1@', () => {
  const handle = handlers(new Notes());
  for (const id of ['1', 'x', '']) {
    const missing = answer();
    handle.remove({ params: { id } }, missing);
    assert.equal(missing.code, @Q1@);
  }
});
