'use strict';

/** The notes, in memory, in the order in which they were added. */
class Notes {
  #notes = new Map();
  #last = 0;

  all() {
    return [...this.#notes.values()];
  }

  add(text) {
    this.#last += 1;
    const note = { id: this.#last, text };
    this.#notes.set(note.id, note);
    return note;
  }
}

module.exports = { Notes };
