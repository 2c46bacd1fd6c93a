package dev.distillery.trainer.data;

import java.nio.ByteBuffer;

/** Training images with their random changes. Safe for several threads. */
public interface TrainingView {
    /**
     * Writes one image. What is written depends on epoch and image only.
     *
     * @param target uint8, (batch, height, width, channels); position and limit are left alone
     * @param offset of the image's first byte in it
     * @throws dev.distillery.trainer.TrainerException INVALID_DATA if the image can no longer be read
     */
    void write(int epoch, int index, ByteBuffer target, int offset);
}
