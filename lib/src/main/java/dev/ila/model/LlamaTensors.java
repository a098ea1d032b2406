package dev.ila.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * The tensors that a model computes with, each there and of the right shape, and none left over
 * that it would have to compute with.
 *
 * @param embedding [vocabulary, hidden]
 * @param finalNorm [hidden]
 * @param head [vocabulary, hidden]; the embedding if tied
 * @param norms per block two or four of [hidden]: before attention, before the feed-forward part,
 *     after each
 * @param headNorms per block none or two of [headSize]: of q and of k
 * @param biases per block none or three of [outputs]: of q, k and v
 * @param layers the linear layers of the blocks, in the order in which they run
 * @param weights of {@code layers}
 */
record LlamaTensors(
        StoredTensor embedding,
        StoredTensor finalNorm,
        StoredTensor head,
        List<List<StoredTensor>> norms,
        List<List<StoredTensor>> headNorms,
        List<List<StoredTensor>> biases,
        List<LinearLayer> layers,
        List<StoredTensor> weights) {
    private static final String WEIGHT = ".weight";

    static LlamaTensors find(Path where, Architecture a, Map<String, StoredTensor> tensors) {
        return new Finder(where, a, tensors, BlockStructure.of(where, tensors)).find();
    }

    private record Finder(
            Path where, Architecture a, Map<String, StoredTensor> tensors, BlockStructure found) {
        LlamaTensors find() {
            StoredTensor embedding = need("model.embed_tokens.weight", a.vocabulary(), a.hidden());
            List<LinearLayer> layers = new ArrayList<>();
            List<StoredTensor> weights = new ArrayList<>();
            List<List<StoredTensor>> norms = new ArrayList<>();
            List<List<StoredTensor>> headNorms = new ArrayList<>();
            List<List<StoredTensor>> biases = new ArrayList<>();
            for (int block = 0; block < a.blocks(); block++) {
                String at = found.prefix() + "." + block + ".";
                norms.add(vectors(at, norms()));
                headNorms.add(vectors(at, headNorms()));
                biases.add(vectors(at, biases()));
                for (Map.Entry<String, int[]> e : linear().entrySet()) {
                    String name = at + e.getKey();
                    int[] shape = e.getValue();
                    weights.add(need(name + WEIGHT, shape[0], shape[1]));
                    String projection = name.substring(name.lastIndexOf('.') + 1);
                    layers.add(
                            new LinearLayer(
                                    layers.size(), name, block, projection, shape[0], shape[1]));
                }
            }
            checkNothingElse();
            return new LlamaTensors(
                    embedding,
                    need("model.norm.weight", a.hidden()),
                    a.tiedHead() ? embedding : need("lm_head.weight", a.vocabulary(), a.hidden()),
                    norms,
                    headNorms,
                    biases,
                    layers,
                    weights);
        }

        private List<StoredTensor> vectors(String at, Map<String, Integer> names) {
            List<StoredTensor> out = new ArrayList<>();
            names.forEach((name, size) -> out.add(need(at + name, size)));
            return out;
        }

        /** Norms of a block: Gemma 2 calls that after attention what others call the second one. */
        private Map<String, Integer> norms() {
            boolean post = a.attention().variant().gemma().postNorms();
            String second = (post ? "pre_feedforward" : "post_attention") + "_layernorm";
            Map<String, Integer> out = new LinkedHashMap<>();
            out.put("input_layernorm" + WEIGHT, a.hidden());
            out.put(second + WEIGHT, a.hidden());
            if (post) {
                out.put("post_attention_layernorm" + WEIGHT, a.hidden());
                out.put("post_feedforward_layernorm" + WEIGHT, a.hidden());
            }
            return out;
        }

        private Map<String, Integer> headNorms() {
            Map<String, Integer> out = new LinkedHashMap<>();
            if (a.attention().variant().headNorms()) {
                out.put("self_attn.q_norm" + WEIGHT, a.attention().headSize());
                out.put("self_attn.k_norm" + WEIGHT, a.attention().headSize());
            }
            return out;
        }

        private Map<String, Integer> biases() {
            Map<String, Integer> out = new LinkedHashMap<>();
            if (a.attention().variant().bias()) {
                for (String of : List.of("q", "k", "v")) {
                    String layer = "self_attn." + of + "_proj";
                    out.put(layer + ".bias", linear().get(layer)[0]);
                }
            }
            return out;
        }

        /** Names in a block and shapes, in the order in which the forward pass needs them. */
        private Map<String, int[]> linear() {
            Architecture.Attention t = a.attention();
            int h = a.hidden();
            Map<String, int[]> out = new LinkedHashMap<>();
            out.put("self_attn.q_proj", new int[] {t.heads() * t.headSize(), h});
            out.put("self_attn.k_proj", new int[] {t.keyValueHeads() * t.headSize(), h});
            out.put("self_attn.v_proj", new int[] {t.keyValueHeads() * t.headSize(), h});
            out.put("self_attn.o_proj", new int[] {h, t.heads() * t.headSize()});
            out.put("mlp.gate_proj", new int[] {a.intermediate(), h});
            out.put("mlp.up_proj", new int[] {a.intermediate(), h});
            out.put("mlp.down_proj", new int[] {h, a.intermediate()});
            return out;
        }

        /** What is found by structure must be what is computed with: no further one. */
        private void checkNothingElse() {
            Set<String> known = new TreeSet<>(norms().keySet());
            known.addAll(headNorms().keySet());
            known.addAll(biases().keySet());
            linear().keySet().forEach(name -> known.add(name + WEIGHT));
            for (Map.Entry<Integer, SortedMap<String, StoredTensor>> b :
                    found.blocks().entrySet()) {
                for (Map.Entry<String, StoredTensor> e : b.getValue().entrySet()) {
                    String rest = e.getKey();
                    boolean unused = rest.endsWith("rotary_emb.inv_freq");
                    boolean used = known.contains(rest);
                    if (b.getKey() >= a.blocks() || !used && !unused) {
                        throw FileCheck.broken(
                                e.getValue().file().file(),
                                "tensors must be those of a "
                                        + a.family()
                                        + " of "
                                        + a.blocks()
                                        + " blocks, but is: "
                                        + e.getValue().info().name()
                                        + " too");
                    }
                }
            }
        }

        private StoredTensor need(String name, long... shape) {
            StoredTensor tensor = tensors.get(name);
            if (tensor == null) {
                throw FileCheck.broken(
                        where, "tensor " + name + " must be in the checkpoint, but is: missing");
            }
            List<Long> expected = java.util.Arrays.stream(shape).boxed().toList();
            Path file = tensor.file().file();
            List<Long> actual = tensor.info().shape();
            FileCheck.that(
                    actual.equals(expected),
                    actual,
                    file,
                    "shape of tensor " + name,
                    expected + " by config.json");
            StoredType type = tensor.info().type();
            FileCheck.that(
                    type.isWeight(), type, file, "type of tensor " + name, "F32, F16 or BF16");
            return tensor;
        }
    }
}
