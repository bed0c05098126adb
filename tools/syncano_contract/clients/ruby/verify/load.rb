# Loads every file of the client, and compiles its examples.
Dir[File.expand_path('../lib/**/*.rb', __dir__)].sort.each { |file| require file }
Dir[File.expand_path('../examples/*.rb', __dir__)].each { |file| RubyVM::InstructionSequence.compile_file(file) }
