package dev.ila.data;

/** One record cannot be trained on; it is counted under the reason, and reading goes on. */
final class Unusable extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** The reason is what records are counted by: it names the kind of fault, not the record. */
    Unusable(String reason) {
        super(reason);
    }

    /** None: there may be a million of them, and nobody sees it. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
