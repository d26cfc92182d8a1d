/* The theme's search worker, which is asked for the words that matter in a question.

   The theme looks for everything that begins with any word of it, so that "I" finds
   "interval", "closes" does not find "close", and a section counts for more the more
   forms of a word it has. The index holds stems (mkdocs.yml), and so does what it is
   asked for. overrides/main.html starts this script in its place and gives it the
   worker's file name. */
"use strict";

const QUERY = 2; // the type of the theme's message that holds a question
const SYNTAX = /^\s*"|(?:^|\s)[+-]\w|\w[*~^]/; // of lunr: leave it as it is
const EVERYWHERE = /^(?:websockets?|ws)$/; // on a site about nothing else

/** What the other forms of a word are indexed as, too: "close" for "closes". */
function stem(word, index, all) {
  const once = lunr.stemmer(new lunr.Token(word)).toString();
  // lunr stems what it is asked for, and some stems have another stem.
  const twice = lunr.stemmer(new lunr.Token(once)).toString();
  const stemmed = once === twice ? once : word;
  // A weight keeps the theme from looking for all that begins with it; the last word
  // may not be complete yet.
  return index === all.length - 1 ? stemmed : `${stemmed}^1`;
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
