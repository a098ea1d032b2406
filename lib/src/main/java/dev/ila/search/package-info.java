/**
 * {@link dev.ila.search.Ila} is the method: stage 1, stage 2, scores; {@link dev.ila.search.Search}
 * runs it on files and keeps what comes out. Nothing here compares rankings or draws.
 */
package dev.ila.search;
