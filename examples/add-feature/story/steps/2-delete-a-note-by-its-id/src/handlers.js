'use strict';

/** Express handlers over a store of notes; plain functions, so that a test can call them without Express. */
function handlers(notes) {
  return {
    list(req, res) {
      res.json(notes.all());
    },

    add(req, res) {
      const text = req.body?.text;
      if (typeof text !== 'string' || text.trim() === '') {
        res.status(400).json({ error: 'a note needs a text' });
        return;
      }
      res.status(201).json(notes.add(text));
    },

    remove(req, res) {
      // A path's part is text, and an id is a number.
      const there = notes.remove(Number(req.params.id));
      res.status(there ? 204 : @Q1@).end();
    },
  };
}

module.exports = { handlers };
