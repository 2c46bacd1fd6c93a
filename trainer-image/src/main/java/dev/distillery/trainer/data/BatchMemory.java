package dev.distillery.trainer.data;

import java.nio.ByteBuffer;

/**
 * Where a batch is put, used again and again.
 *
 * @param images direct, uint8, (batch, height, width, channels)
 * @param labels direct, int64 in native byte order, (batch)
 */
record BatchMemory(ByteBuffer images, ByteBuffer labels) {}
