package dev.distillery.serving.protocol;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * An inference request, checked.
 *
 * @param id the caller's, to be given back; null without
 * @param images as the model takes them, float32 in little-endian order
 * @param outputs what is asked for, in the caller's order; all outputs if the caller named none
 */
public record InferRequest(String id, ByteBuffer images, int count, List<Output> outputs) {

    /** @param binary whether the values follow the JSON as bytes */
    public record Output(String name, boolean binary) {}
}
