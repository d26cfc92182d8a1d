/* The theme's search worker, which is asked for the words that matter in a question.

   The theme looks for everything that begins with any word of it, so that "I" finds
   "interval", and "closes" does not find "close". overrides/main.html starts this
   script in its place and gives it the worker's file name. */
"use strict";

const QUERY = 2; // the type of the theme's message that holds a question
const SYNTAX = /^\s*"|(?:^|\s)[+-]\w|\w[*~^]/; // of lunr: leave it as it is
const EVERYWHERE = /^(?:websockets?|ws)$/; // on a site about nothing else

/** The beginning of a word that its other forms have too: "clos" of "closes". */
function stem(word, index, all) {
  const stemmed = lunr.stemmer(new lunr.Token(word)).toString();
  let length = 0;
  while (length < stemmed.length && stemmed[length] === word[length]) length += 1;
  const begins = length < 3 ? word : word.slice(0, length);
  // A weight keeps lunr from looking for all that begins with a short word; the last
  // word may not be complete yet.
  return begins.length > 3 || index === all.length - 1 ? begins : `${word}^1`;
}

/** A question without the words that every text has. */
function words(question) {
  if (SYNTAX.test(question)) return question;
  const all = question.toLowerCase().split(/[^\p{L}\p{N}_]+/u).filter(Boolean);
  const useful = all.filter((word) => lunr.stopWordFilter(word));
  const telling = useful.filter((word) => !EVERYWHERE.test(word));
  return [telling, useful, all].find((some) => some.length)?.map(stem).join(" ") ?? "";
}

addEventListener("message", ({ data: message }) => {
  if (message.type === QUERY) message.data = words(message.data);
});
importScripts(`../assets/javascripts/workers/${location.search.slice(1)}`);
