'use strict';

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');

const installed = (() => {
  try {
    return Boolean(require.resolve('express'));
  } catch {
    return false;
  }
})();

describe('over HTTP', { skip: installed ? false : 'Express is not installed: npm ci' }, () => {
  let server;
  let url;

  before(async () => {
    const { createApp } = require('../src/app');
    server = createApp().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${server.address().port}`;
  });

  after(() => server?.close());

  it('adds a note and lists it', async () => {
    const added = await fetch(`${url}/notes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'buy milk' }),
    });
    assert.equal(added.status, 201);
    const listed = await fetch(`${url}/notes`);
    assert.deepEqual(await listed.json(), [{ id: 1, text: 'buy milk' }]);
  });

  it('deletes a note once', async () => {
    const first = await fetch(`${url}/notes/1`, { method: 'DELETE' });
    assert.equal(first.status, 204);
    const second = await fetch(`${url}/notes/1`, { method: 'DELETE' });
    assert.equal(second.status, @Q1@);
  });
});
