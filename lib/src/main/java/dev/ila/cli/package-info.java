/**
 * {@link dev.ila.cli.CommonOptions} are the options that mean the same in every script; with them,
 * errors as one line and progress. Nothing here computes, and nothing is printed but to a stream
 * that the caller gives.
 */
package dev.ila.cli;
