'use strict';

const express = require('express');
const { Notes } = require('./notes');
const { handlers } = require('./handlers');

function createApp(notes = new Notes()) {
  const app = express();
  const handle = handlers(notes);
  app.use(express.json());
  app.get('/notes', handle.list);
  app.post('/notes', handle.add);
  return app;
}

module.exports = { createApp };
