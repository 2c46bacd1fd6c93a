package dev.distillery.cli;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** A small recipe on disk, with data files of its own. */
final class Recipes {
    private static final int IMAGE_SIDE = 4;

    private static final String TEXT =
            """
            apiVersion: distillery.dev/v1alpha1
            kind: TrainingRecipe
            metadata: {name: tiny}
            spec:
              dataset:
                train: {images: {uri: data/train-images.gz}, labels: {uri: data/train-labels.gz}}
                validation: {images: {uri: data/validation-images.gz}, labels: {uri: data/validation-labels.gz}}
                classes: [a, b, c]
              teacher: {model: {family: resnet-cifar, depth: 14}, epochs: 3}
              student: {model: {family: resnet-cifar, depth: 8}, epochs: 3}
              training: {batchSize: 4}
              tricks: {warmup: {epochs: 1}}
              compute: {memory: 1Gi}
            """;

    private Recipes() {}

    /** @return the recipe's file; its data are 10 training and 5 validation images */
    static Path in(Path folder) throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.write(data.resolve("train-images.gz"), gzip(images(10, IMAGE_SIDE)));
        Files.write(data.resolve("train-labels.gz"), gzip(labels(10, 3)));
        Files.write(data.resolve("validation-images.gz"), gzip(images(5, IMAGE_SIDE)));
        Files.write(data.resolve("validation-labels.gz"), gzip(labels(5, 3)));
        return Files.writeString(folder.resolve("tiny.yaml"), TEXT);
    }

    static byte[] images(int count, int side) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0x0803);
        out.writeInt(count);
        out.writeInt(side);
        out.writeInt(side);
        out.write(new byte[count * side * side]);
        return bytes.toByteArray();
    }

    static byte[] labels(int count, int classes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0x0801);
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            out.writeByte(i % classes);
        }
        return bytes.toByteArray();
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }
}
