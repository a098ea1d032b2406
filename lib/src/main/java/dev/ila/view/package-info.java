/**
 * {@link dev.ila.view.Charts} and {@link dev.ila.view.Tables} show rankings and histories; {@link
 * dev.ila.view.Blocks} draws in text. Nothing here computes a result or prints.
 */
package dev.ila.view;
