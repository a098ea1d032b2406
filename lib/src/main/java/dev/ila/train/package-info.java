/**
 * {@link dev.ila.train.Trainer} is the one training loop: stage 1, stage 2 and everything else that
 * learns plug into it. It knows no model, no data set and no command line.
 */
package dev.ila.train;
