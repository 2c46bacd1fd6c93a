package dev.distillery.trainer.checkpoint;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.network.TrainingValues;
import dev.distillery.trainer.network.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One checkpoint as a safetensors file. Weights have their own names in it, momentum, average and snapshots a prefix; the state is
 * JSON in the metadata. Its name says where the training stood, in an order that sorts, and what its SHA-256 begins with:
 * {@code r<restarts>-e<epochs>-b<batches>-<hash>.safetensors}.
 */
record CheckpointFile(Path path, int epochs, int batches, String hash) {
    private static final int FORMAT = 1;
    private static final int HASH_LENGTH = 16;
    private static final String STATE = "distillery.state";
    private static final String MOMENTUM = "momentum/";
    private static final String AVERAGE = "average/";
    private static final String SNAPSHOT = "snapshot/";
    private static final Pattern NAME = Pattern.compile("r\\d+-e(\\d+)-b(\\d+)-([0-9a-f]{16})\\.safetensors");
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private record Metadata(int format, String origin, TrainingState state) {}

    static boolean isOne(Path path) {
        return NAME.matcher(path.getFileName().toString()).matches();
    }

    /** @param path for which {@link #isOne} holds */
    static CheckpointFile of(Path path) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalArgumentException(path + " is no checkpoint");
        }
        return new CheckpointFile(
                path, Integer.parseInt(name.group(1)), Integer.parseInt(name.group(2)), name.group(3));
    }

    static void write(Path folder, Checkpoint checkpoint, String origin) throws IOException {
        Map<String, float[]> values = new LinkedHashMap<>();
        TrainingValues training = checkpoint.values();
        put(values, "", training.weights().values());
        put(values, MOMENTUM, training.momentum());
        if (training.average() != null) {
            put(values, AVERAGE, training.average().values());
        }
        for (int i = 0; i < training.snapshots().size(); i++) {
            put(values, SNAPSHOT + i + "/", training.snapshots().get(i).values());
        }
        TrainingState state = checkpoint.state();
        String metadata = JSON.writeValueAsString(new Metadata(FORMAT, origin, state));
        try (AtomicFile file = new AtomicFile(folder)) {
            new SafeTensors(values, Map.of(STATE, metadata)).write(file.content());
            file.commit(String.format(
                    Locale.ROOT,
                    "r%02d-e%05d-b%07d-%s.safetensors",
                    state.restarts(),
                    state.epochs(),
                    state.batches(),
                    file.sha256().substring(0, HASH_LENGTH)));
        }
    }

    /** @throws IOException with what is wrong, if the file is damaged or not of this format and origin */
    Checkpoint read(String origin) throws IOException {
        String actual = Sha256.of(path).substring(0, HASH_LENGTH);
        if (!actual.equals(hash)) {
            throw new IOException("it is damaged: its SHA-256 begins with " + actual + ", its name says " + hash);
        }
        SafeTensors file = SafeTensors.read(path);
        Metadata metadata = JSON.readValue(file.metadata().getOrDefault(STATE, "{}"), Metadata.class);
        if (metadata.format() != FORMAT) {
            throw new IOException("it is of format " + metadata.format() + ", this trainer reads " + FORMAT);
        }
        if (!metadata.origin().equals(origin)) {
            throw new IOException("it is of " + metadata.origin() + ", this training is of " + origin);
        }
        Map<String, float[]> values = new LinkedHashMap<>(file.values());
        Map<String, float[]> momentum = take(values, MOMENTUM);
        Map<String, float[]> average = take(values, AVERAGE);
        List<Weights> snapshots = new ArrayList<>();
        for (Map<String, float[]> each = take(values, SNAPSHOT + 0 + "/");
                !each.isEmpty();
                each = take(values, SNAPSHOT + snapshots.size() + "/")) {
            snapshots.add(new Weights(each));
        }
        return new Checkpoint(
                metadata.state(),
                new TrainingValues(
                        new Weights(values), momentum, average.isEmpty() ? null : new Weights(average), snapshots));
    }

    private static void put(Map<String, float[]> all, String prefix, Map<String, float[]> some) {
        some.forEach((name, value) -> all.put(prefix + name, value));
    }

    /** Moves what has the prefix out of the map, and its prefix off. */
    private static Map<String, float[]> take(Map<String, float[]> all, String prefix) {
        Map<String, float[]> taken = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                taken.put(name.substring(prefix.length()), value);
            }
        });
        taken.keySet().forEach(name -> all.remove(prefix + name));
        return taken;
    }
}
