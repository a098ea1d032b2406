/**
 * {@link dev.ila.data.Conversations} reads records; a chat template and a tokenizer make them
 * {@link dev.ila.data.Example}s, and those {@link dev.ila.data.Batch}es. No tensor is made here.
 */
package dev.ila.data;
