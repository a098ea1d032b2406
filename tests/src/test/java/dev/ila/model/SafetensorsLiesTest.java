package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A header that lies never gives a map outside its file: it is refused, in one line. */
class SafetensorsLiesTest {
    @TempDir Path directory;
    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("x.safetensors");
    }

    private static final String CUT_OFF = " (copy a file again that was cut off)";

    private void refused(String what) {
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> Safetensors.open(file));
        assertEquals(file + what, e.getMessage());
    }

    private void header(String header, int bytes, String refusal) throws IOException {
        TinyLlama.raw(file, header, bytes);
        refused(": " + refusal);
    }

    private static String tensor(String type, String shape, String offsets) {
        return "{\"w\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
                .formatted(type, shape, offsets);
    }

    @Test
    void aMissingFile() {
        refused(" could not be read: there is no such file");
    }

    @Test
    void aFileTooShortForALength() throws IOException {
        Files.write(file, new byte[7]);
        refused(": size must be 8 bytes or more, but is: 7");
    }

    @Test
    void aHeaderLongerThanTheFile() throws IOException {
        TinyLlama.raw(file, 200, "{}", 0);
        refused(": header length must be between 2 and 2" + CUT_OFF + ", but is: 200");
    }

    @Test
    void aHeaderLengthThatIsNegativeAsASignedNumber() throws IOException {
        TinyLlama.raw(file, -1, "{}", 8);
        refused(
                ": header length must be between 2 and 10"
                        + CUT_OFF
                        + ", but is: 18446744073709551615");
    }

    @Test
    void aTruncatedFile() throws IOException {
        String header = tensor("F32", "[2,3]", "[0,24]");
        header(
                header,
                23,
                "data_offsets of tensor w must be [begin, end] within the 23 bytes"
                        + CUT_OFF
                        + ", but is: [0,"
                        + " 24]");
    }

    @Test
    void bytesAfterTheLastTensor() throws IOException {
        header(
                tensor("F32", "[2,3]", "[0,24]"),
                25,
                "end of the last tensor must be 25, the file's, but is: 24");
    }

    @Test
    void aLengthThatIsNotItsShapes() throws IOException {
        header(
                tensor("F32", "[2,3]", "[0,20]"),
                20,
                "length of tensor w must be 24 bytes, but is: 20");
    }

    @Test
    void offsetsInTheWrongOrder() throws IOException {
        header(
                tensor("F32", "[1]", "[4,0]"),
                4,
                "data_offsets of tensor w must be [begin, end] within the 4 bytes"
                        + CUT_OFF
                        + ", but is: [4, 0]");
    }

    @Test
    void overlappingTensors() throws IOException {
        header(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
                6,
                "begin of tensor b must be 4, where the one before it ends, but is: 2");
    }

    @Test
    void aHoleBetweenTensors() throws IOException {
        header(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[5,9]}}",
                9,
                "begin of tensor b must be 4, where the one before it ends, but is: 5");
    }

    @Test
    void anUnknownType() throws IOException {
        header(
                tensor("F31", "[1]", "[0,4]"),
                4,
                "dtype of tensor w must be one of safetensors' types, but is: F31");
    }

    @Test
    void aNegativeSize() throws IOException {
        header(
                tensor("F32", "[-1,-1]", "[0,4]"),
                4,
                "shape of tensor w must be a list of numbers from 0 to 10^18, but is: [-1,-1]");
    }

    @Test
    void aSizeThatOverflows() throws IOException {
        header(
                tensor("F32", "[4294967296,4294967297]", "[0,4]"),
                4,
                "shape of tensor w must be of whole bytes below 2^60,"
                        + " but is: [4294967296, 4294967297]");
    }

    @Test
    void aSizeThatIsNotWhole() throws IOException {
        header(
                tensor("F32", "[1.5]", "[0,4]"),
                4,
                "shape of tensor w must be a list of numbers from 0 to 10^18, but is: [1.5]");
    }

    @Test
    void aMissingField() throws IOException {
        header(
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[1]}}",
                4,
                "data_offsets of tensor w must be a list of numbers from 0 to 10^18,"
                        + " but is: null");
    }

    @Test
    void aNameGivenTwice() throws IOException {
        header(
                "{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                        + "\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
                2,
                "a name in the header must be there once, but is: w");
    }

    @Test
    void aHeaderThatIsNoObject() throws IOException {
        header("[1,2]", 0, "first byte of the header must be { (123), but is: 91");
    }

    @Test
    void aHeaderThatIsNoJson() throws IOException {
        header(
                "{\"w\": oops}",
                0,
                "header must be JSON, but is: malformed (unexpected text at line 1 column 7"
                        + " path $.w)");
    }

    @Test
    void metadataThatIsNoText() throws IOException {
        header("{\"__metadata__\":{\"a\":1}}", 0, "__metadata__.a must be a text, but is: 1");
    }
}
