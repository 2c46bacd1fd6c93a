package dev.distillery.operator.cache;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** A value as compressed JSON. */
record Packed<T>(byte[] json, Class<T> type) {
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    static <T> Packed<T> of(T content, Class<T> type) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater fast = new Deflater(Deflater.BEST_SPEED);
        try (DeflaterOutputStream packed = new DeflaterOutputStream(bytes, fast)) {
            packed.write(JSON.writeValueAsBytes(content));
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes what is written to it", e);
        } finally {
            fast.end();
        }
        return new Packed<>(bytes.toByteArray(), type);
    }

    T content() {
        try (InflaterInputStream unpacked = new InflaterInputStream(new ByteArrayInputStream(json))) {
            return JSON.readValue(unpacked, type);
        } catch (IOException e) {
            throw new UncheckedIOException("what was packed here can be unpacked", e);
        }
    }
}
