/**
 * {@link dev.ila.jinja.Jinja}: the language of chat templates, as Python's jinja2 and transformers
 * have it. What a conversation is, is not known here.
 */
package dev.ila.jinja;
