/** Grids of runs: models × data sets × seeds × settings, resumable, with one report. */
package dev.ila.study;
