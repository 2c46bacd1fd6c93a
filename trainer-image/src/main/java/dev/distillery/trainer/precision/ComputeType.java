package dev.distillery.trainer.precision;

/** What convolutions compute in. */
public enum ComputeType {
    FP32(6),
    BF16(15),
    /** Needs loss scaling. */
    FP16(5);

    private final int scalarType;

    ComputeType(int scalarType) {
        this.scalarType = scalarType;
    }

    /** @return libtorch's {@code c10::ScalarType} */
    public int scalarType() {
        return scalarType;
    }
}
