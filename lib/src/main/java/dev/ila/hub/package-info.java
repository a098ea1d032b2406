/**
 * {@link dev.ila.hub.Hub} finds and downloads repositories of the Hugging Face hub, in the cache
 * that Python's {@code huggingface_hub} uses. Nothing here reads what is in the files: a model is
 * read in {@code model}, records in {@code data}.
 */
package dev.ila.hub;
