/** What is asked of a finished model: held-out loss, multiple choice, answers (paper §4). */
package dev.ila.eval;
