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
