/**
 * {@link dev.ila.rank.Ranking} puts layers in order of importance; correlation, overlap and
 * agreement compare such orders. Nothing here trains or knows where scores come from.
 */
package dev.ila.rank;
