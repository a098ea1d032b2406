/**
 * {@link dev.ila.run.RunDirectory} holds what one run keeps: atomic files, provenance, seeds.
 * Nothing here knows what is computed or printed.
 */
package dev.ila.run;
