package dev.distillery.trainer.golden;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What is stored of a reference array, {@code summary()} in {@code inputs.py}.
 *
 * @param norm Euclidean
 * @param largest magnitude
 * @param projection dot product with a vector that is known by formula; notices values at wrong places
 * @param entries at equal distances from the first on
 */
public record Summary(int size, double norm, double largest, double projection, double[] entries) {

    static Summary of(JsonNode json) {
        JsonNode stored = json.get("entries");
        double[] entries = new double[stored.size()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = stored.get(i).asDouble();
        }
        return new Summary(
                json.get("size").asInt(),
                json.get("norm").asDouble(),
                json.get("largest").asDouble(),
                json.get("projection").asDouble(),
                entries);
    }

    /**
     * @return the worst of: norm and projection relative to the norm, entries relative to the largest magnitude
     * @throws IllegalArgumentException if the number of values differs
     */
    public double error(float[] got) {
        if (got.length != size) {
            throw new IllegalArgumentException("values: got " + got.length + ", expected " + size);
        }
        float[] signs = GoldenInputs.uniform("projection", size, -1, 1);
        double squares = 0;
        double dot = 0;
        for (int i = 0; i < size; i++) {
            squares += (double) got[i] * got[i];
            dot += (double) got[i] * signs[i];
        }
        double worst = Math.max(Math.abs(Math.sqrt(squares) - norm), Math.abs(dot - projection)) / norm;
        for (int i = 0; i < entries.length; i++) {
            int index = (int) ((long) i * size / entries.length);
            worst = Math.max(worst, Math.abs(got[index] - entries[i]) / largest);
        }
        // Math.max lets NaN through, and NaN is below no tolerance.
        return worst;
    }
}
