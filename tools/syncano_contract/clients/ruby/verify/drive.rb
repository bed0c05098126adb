# Drives the client as a user would, and prints a JSON line for each step: what was seen, and if that is right.
require_relative '../examples/usage'

ODD = "Zoë 你好 🐺 \\\"'".freeze
PASSWORD = 'pässword-🗝'.freeze

def tell(step, passed, seen)
  puts JSON.generate(step: step, passed: passed, seen: seen.to_s)
end

def refusal
  yield
  nil
rescue SyncanoUsers::ApiError => e
  e
end

def refused(step, status, &call)
  found = refusal(&call)
  body = found && explained(found)
  is_right = found&.code == status && body.is_a?(SyncanoUsers::Error) && !body.detail.empty?
  tell(step, is_right, "#{found&.code}: #{body&.to_hash}")
end

def details_at(instance, *keys)
  SyncanoUsers::UserApi.new(connect(*keys)).get_user_details(instance)
end

user = add('ciri', PASSWORD)
tell('add', user.id.positive? && user.username == 'ciri', "user #{user.id}, #{user.username}")
found = details(user.user_key)
tell('details', found.id == user.id, "user #{found.id}")
updated = update(user, ODD, PASSWORD)
tell('update', updated.id == user.id && updated.username != 'ciri', updated.username)
again = reset_key(user)
tell('reset', again.id == user.id && again.user_key != user.user_key, 'another key')
refused('old key', 403) { details(user.user_key) }

blank = refusal { add('', '') }
errors = blank && explained(blank)
is_typed = errors.is_a?(SyncanoUsers::ValidationErrors) && !errors.username.first.empty? && !errors.password.first.empty?
tell('400', is_typed && blank.code == 400, errors && [errors.username, errors.password])
refused('403', 403) { details_at(INSTANCE, again.user_key, 'none') }
refused('404', 404) { details_at('no-such', again.user_key) }
moved = refusal { details_at('moved', again.user_key) }
tell('redirect', !moved.nil?, moved&.code)

profile = details(again.user_key).profile
nulls = [profile.group, profile.channel, profile.channel_room]
tell('null', nulls.all?(&:nil?), nulls)
name = details(again.user_key).username
tell('unicode', name == ODD, name)
there = ENV.values_at('SYNCANO_OTHER_INSTANCE', 'SYNCANO_OTHER_USER_KEY', 'SYNCANO_OTHER_API_KEY')
late = patiently { details_at(*there) }
tell('429', late.id.positive?, "user #{late.id}")
known = [SyncanoUsers::User, SyncanoUsers::Profile].flat_map { |each| each.attribute_map.values }
extra = (found.to_hash.keys | found.profile.to_hash.keys) - known
tell('extra members', true, extra.sort.join(', '))
