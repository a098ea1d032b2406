package dev.ila.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * A JSON object in a file, or an object inside it, read by checks that name file and field. A field
 * that is {@code null} counts as missing.
 *
 * @param file where it was read
 * @param at names of the objects around it, each followed by a dot; empty for the file's own
 * @param object what was read
 */
public record JsonFile(Path file, String at, JsonObject object) {
    /**
     * Reads a file of strict JSON in UTF-8.
     *
     * @throws java.io.UncheckedIOException if it cannot be read or holds anything but one object
     */
    public static JsonFile read(Path file) {
        try {
            return new JsonFile(file, "", StrictJson.object(file, "text", Files.readString(file)));
        } catch (IOException e) {
            throw FileCheck.unreadable(file, e);
        }
    }

    /** The field, if it is there. */
    public Optional<JsonElement> find(String key) {
        return Optional.ofNullable(object.get(key)).filter(e -> !e.isJsonNull());
    }

    /** The object in a field, if it is there. */
    public Optional<JsonFile> inner(String key) {
        return find(key)
                .map(
                        e -> {
                            check(e.isJsonObject(), e, key, "an object");
                            return new JsonFile(file, at + key + ".", e.getAsJsonObject());
                        });
    }

    /** The text in a field, if it is there. */
    public Optional<String> text(String key) {
        return primitive(key, JsonPrimitive::isString, "a text").map(JsonPrimitive::getAsString);
    }

    /** The truth value in a field, or {@code absent}. */
    public boolean flag(String key, boolean absent) {
        return primitive(key, JsonPrimitive::isBoolean, "true or false")
                .map(JsonPrimitive::getAsBoolean)
                .orElse(absent);
    }

    /** The number in a field, if it is there; finite and above 0. */
    public OptionalDouble positive(String key) {
        Optional<JsonPrimitive> value =
                primitive(
                        key,
                        p ->
                                p.isNumber()
                                        && p.getAsDouble() > 0
                                        && p.getAsDouble() <= Double.MAX_VALUE,
                        "a number above 0");
        return value.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(value.get().getAsDouble());
    }

    /** The number in a field that must be there, finite and above 0. */
    public double needPositive(String key) {
        return positive(key).orElseThrow(() -> missing(key));
    }

    /** The whole number in a field, if it is there; 1 or more. */
    public Optional<Integer> count(String key) {
        return primitive(
                        key,
                        p -> p.isNumber() && p.getAsString().matches("0*[1-9]\\d{0,8}"),
                        "a whole number from 1 to 999999999")
                .map(JsonPrimitive::getAsInt);
    }

    /** The whole number in a field, if it is there; 0 or more. */
    public Optional<Integer> wholeNumber(String key) {
        return primitive(
                        key,
                        p -> p.isNumber() && p.getAsString().matches("\\d{1,9}"),
                        "a whole number from 0 to 999999999")
                .map(JsonPrimitive::getAsInt);
    }

    /** The whole number in a field that must be there, 1 or more. */
    public int needCount(String key) {
        return count(key).orElseThrow(() -> missing(key));
    }

    /** Fails unless {@code holds}, naming the field; {@code rule} completes "must be …". */
    public void check(boolean holds, Object value, String key, String rule) {
        FileCheck.that(holds, value, file, at + key, rule);
    }

    private RuntimeException missing(String key) {
        return FileCheck.broken(file, at + key + " must be there, but is: missing");
    }

    private Optional<JsonPrimitive> primitive(
            String key, Predicate<JsonPrimitive> holds, String rule) {
        return find(key)
                .map(
                        e -> {
                            boolean ok = e.isJsonPrimitive() && holds.test(e.getAsJsonPrimitive());
                            check(ok, e, key, rule);
                            return e.getAsJsonPrimitive();
                        });
    }
}
