// The library for JBang: a script gets all of it, with what it needs, by `//DEPS ../lib/ila.java`.
// The list below says what lib/pom.xml and lib/src/main say. HouseTest compares; to write it:
//     mvn -pl tests -am test -Dtest=HouseTest -Dila.update=true
// It names every file, because a pattern could not be expanded where a script is run from a URL.
// ILA_NATIVE_JAR, which ./jbang sets, names PyTorch's natives for this platform. An installed JBang
// does not set it: then Linux x86-64's come, and DJL downloads its own where those do not fit.
//JAVA 17+
//JAVAC_OPTIONS --release 17
// begin
//SOURCES src/main/java/dev/ila/data/Batch.java
//SOURCES src/main/java/dev/ila/data/Conversation.java
//SOURCES src/main/java/dev/ila/data/Example.java
//SOURCES src/main/java/dev/ila/data/Turn.java
//SOURCES src/main/java/dev/ila/data/package-info.java
//SOURCES src/main/java/dev/ila/model/Architecture.java
//SOURCES src/main/java/dev/ila/model/AtomicFile.java
//SOURCES src/main/java/dev/ila/model/BlockStructure.java
//SOURCES src/main/java/dev/ila/model/Checkpoint.java
//SOURCES src/main/java/dev/ila/model/CheckpointFiles.java
//SOURCES src/main/java/dev/ila/model/FileCheck.java
//SOURCES src/main/java/dev/ila/model/Json.java
//SOURCES src/main/java/dev/ila/model/JsonFile.java
//SOURCES src/main/java/dev/ila/model/LanguageModel.java
//SOURCES src/main/java/dev/ila/model/LinearLayer.java
//SOURCES src/main/java/dev/ila/model/LlamaConfig.java
//SOURCES src/main/java/dev/ila/model/LlamaTensors.java
//SOURCES src/main/java/dev/ila/model/Rope.java
//SOURCES src/main/java/dev/ila/model/Safetensors.java
//SOURCES src/main/java/dev/ila/model/SafetensorsHeader.java
//SOURCES src/main/java/dev/ila/model/SafetensorsWriter.java
//SOURCES src/main/java/dev/ila/model/Sha256.java
//SOURCES src/main/java/dev/ila/model/StoredTensor.java
//SOURCES src/main/java/dev/ila/model/StoredType.java
//SOURCES src/main/java/dev/ila/model/TensorData.java
//SOURCES src/main/java/dev/ila/model/TensorInfo.java
//SOURCES src/main/java/dev/ila/model/package-info.java
//SOURCES src/main/java/dev/ila/rank/LayerScore.java
//SOURCES src/main/java/dev/ila/run/Require.java
//SOURCES src/main/java/dev/ila/run/Seeds.java
//SOURCES src/main/java/dev/ila/run/package-info.java
//SOURCES src/main/java/dev/ila/torch/AdamW.java
//SOURCES src/main/java/dev/ila/torch/Change.java
//SOURCES src/main/java/dev/ila/torch/Compute.java
//SOURCES src/main/java/dev/ila/torch/Dimensions.java
//SOURCES src/main/java/dev/ila/torch/Network.java
//SOURCES src/main/java/dev/ila/torch/Precision.java
//SOURCES src/main/java/dev/ila/torch/Program.java
//SOURCES src/main/java/dev/ila/torch/Stored.java
//SOURCES src/main/java/dev/ila/torch/Torch.java
//SOURCES src/main/java/dev/ila/torch/Vector.java
//SOURCES src/main/java/dev/ila/torch/Weights.java
//SOURCES src/main/java/dev/ila/torch/package-info.java
//SOURCES src/main/java/dev/ila/train/History.java
//SOURCES src/main/java/dev/ila/train/Schedule.java
//SOURCES src/main/java/dev/ila/train/Stability.java
//SOURCES src/main/java/dev/ila/train/State.java
//SOURCES src/main/java/dev/ila/train/Trainable.java
//SOURCES src/main/java/dev/ila/train/Trainer.java
//SOURCES src/main/java/dev/ila/train/package-info.java
//FILES dev/ila/torch/program.py=src/main/resources/dev/ila/torch/program.py
//FILES simplelogger.properties=src/main/resources/simplelogger.properties
//DEPS ai.djl:api:0.36.0
//DEPS ai.djl.pytorch:pytorch-engine:0.36.0
//DEPS ai.djl.pytorch:pytorch-jni:2.7.1-0.36.0
//DEPS ${env.ILA_NATIVE_JAR:ai.djl.pytorch:pytorch-native-cpu:2.7.1:linux-x86_64}
//DEPS ai.djl.huggingface:tokenizers:0.36.0
//DEPS com.google.code.gson:gson:2.13.2
//DEPS com.hubspot.jinjava:jinjava:2.8.3
//DEPS org.apache.commons:commons-math3:3.6.1
//DEPS tech.tablesaw:tablesaw-core:0.44.4
//DEPS org.knowm.xchart:xchart:4.0.3
//DEPS de.erichseifert.vectorgraphics2d:VectorGraphics2D:0.13
//DEPS info.picocli:picocli:4.7.7
//DEPS me.tongfei:progressbar:0.10.2
//DEPS org.slf4j:slf4j-simple:2.0.17
// end
final class ila {}
